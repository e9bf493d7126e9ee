import {} from './bytes.js';
export const NO_WHERE = { application: '', workload: '', container: '' };
const STATES = ['normal', 'anomalous', 'warming', 'insufficient', 'gap'];
export function startWindowState() {
    return { where: NO_WHERE, stream: '', nextOrdinal: 0, window: emptyWindow(), coverage: emptyCoverage() };
}
export function emptyWindow() {
    return { startUs: 0, endUs: 0, startOrdinal: 0, count: 0 };
}
export function emptyCoverage() {
    return {
        startUs: 0,
        endUs: 0,
        windows: { normal: 0, anomalous: 0, warming: 0, insufficient: 0, gap: 0 },
        count: 0,
    };
}
export function whereOf({ application, workload, container }) {
    return { application, workload, container };
}
export function writeWindowState(writer, state) {
    const { where, window, coverage } = state;
    for (const text of [where.application, where.workload, where.container, state.stream])
        writer.text(text);
    for (const number of [state.nextOrdinal, window.startUs, window.endUs, window.startOrdinal])
        writer.double(number);
    writer.uint(window.count);
    writer.double(coverage.startUs);
    writer.double(coverage.endUs);
    for (const name of STATES)
        writer.uint(coverage.windows[name]);
    writer.double(coverage.count);
}
export function readWindowState(reader) {
    const where = { application: reader.text(), workload: reader.text(), container: reader.text() };
    const stream = reader.text();
    const nextOrdinal = reader.double();
    const window = {
        startUs: reader.double(),
        endUs: reader.double(),
        startOrdinal: reader.double(),
        count: reader.uint(),
    };
    const coverage = { ...emptyCoverage(), startUs: reader.double(), endUs: reader.double() };
    for (const name of STATES)
        coverage.windows[name] = reader.uint();
    coverage.count = reader.double();
    return { where, stream, nextOrdinal, window, coverage };
}
//# sourceMappingURL=window-state.js.map