namespace SandboxActors.Cli.Doctor;

/// <summary>One thing that is looked at.</summary>
internal interface ICheck
{
    /// <summary>What it is about, for people.</summary>
    string Name { get; }

    /// <summary>Looks at it.</summary>
    Finding Examine(IHostView host);
}
