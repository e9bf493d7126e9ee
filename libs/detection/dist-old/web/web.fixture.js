/** A request for tests; what is not given is what an ordinary page view has. */
export function request(parts) {
    const { atMs, who = 'alice', ...rest } = parts;
    const timeUs = 1_000_000_000 + atMs * 1_000;
    return {
        type: 'web-request',
        schema: 1,
        application: 'shop',
        workload: 'web',
        container: 'web-1',
        id: `r${atMs}-${who}`,
        stream: 'test',
        key: `shop/${who}`,
        timeUs,
        endUs: timeUs + 5_000,
        view: 'exchange',
        method: 'GET',
        path: '/',
        status: 200,
        bytes: 500,
        contentType: 'text/html',
        parameters: [],
        parametersDropped: 0,
        origin: 'absent',
        referer: 'same',
        refererPath: '/',
        fetchSite: 'same-origin',
        fetchMode: 'navigate',
        session: who,
        sessionBy: 'cookie',
        request: `q${atMs}`,
        scripts: [],
        responseComplete: true,
        statements: [],
        ...rest,
    };
}
/** A parameter of a form; what is not given is what a plain word has. */
export function parameter(parts) {
    return {
        where: 'body',
        length: 6,
        extraDecodings: 0,
        form: 'word',
        shape: 'a',
        signs: '',
        sql: 0,
        sqlTokens: '',
        markup: 0,
        markupTokens: '',
        reflected: false,
        ...parts,
    };
}
/** A visit of one user: the start page, the form, and, `ms` later, the form sent. */
export function visit(atMs, who, parameters, ms = 4_000) {
    return [
        request({ atMs, who }),
        request({ atMs: atMs + 1_000, who, path: '/form' }),
        request({
            atMs: atMs + 1_000 + ms,
            who,
            method: 'POST',
            path: '/save',
            status: 302,
            origin: 'same',
            refererPath: '/form',
            parameters,
            statements: [
                { outline: 'update notes set * where id = ?', writes: true, columnsWritten: ['body'], failed: false },
            ],
        }),
    ];
}
//# sourceMappingURL=web.fixture.js.map