// Every test starts the whole product with two tensor threads: two at once would fight for the cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
