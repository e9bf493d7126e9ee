export {};
//# sourceMappingURL=fusion.test.d.ts.map