namespace SandboxActors.ControlRoom.Tests;

/// <summary>Tests that share one browser, and run one after the other.</summary>
[CollectionDefinition(nameof(OneBrowser))]
public sealed class OneBrowser : ICollectionFixture<Browser>;
