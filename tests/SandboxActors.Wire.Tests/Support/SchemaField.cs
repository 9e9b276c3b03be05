namespace SandboxActors.Wire.Tests.Support;

/// <summary>A field of a table in the .fbs files.</summary>
internal sealed record SchemaField(string Name, string Type, bool Required);
