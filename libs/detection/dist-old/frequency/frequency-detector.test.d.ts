export {};
//# sourceMappingURL=frequency-detector.test.d.ts.map