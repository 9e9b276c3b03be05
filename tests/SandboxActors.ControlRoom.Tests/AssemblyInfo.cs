// What is measured is measured for the whole process: one control room at a time, so that each sees its own.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
