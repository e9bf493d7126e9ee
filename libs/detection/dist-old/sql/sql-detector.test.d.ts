export {};
//# sourceMappingURL=sql-detector.test.d.ts.map