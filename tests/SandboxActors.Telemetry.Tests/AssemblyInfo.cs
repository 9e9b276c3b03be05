// Instruments and sources are the process's: whoever listens hears all tests that run meanwhile.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
