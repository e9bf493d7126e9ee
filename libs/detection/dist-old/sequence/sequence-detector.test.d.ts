export {};
//# sourceMappingURL=sequence-detector.test.d.ts.map