namespace SandboxActors.Guests;

/// <summary>Where the guests' ELF files are, next to the running program.</summary>
public static class GuestFiles
{
    private const string Folder = "guests";

    /// <summary>A guest built from its source, or where no C compiler was at hand, the prebuilt one.</summary>
    /// <param name="name">The name of its folder, <c>simple</c> for instance.</param>
    /// <returns>An absolute path.</returns>
    /// <exception cref="FileNotFoundException">There is no such guest.</exception>
    public static string Path(string name) => Find(Folder, name);

    /// <summary>A guest as it is kept in <c>guests/prebuilt</c>.</summary>
    /// <inheritdoc cref="Path(string)"/>
    public static string PrebuiltPath(string name) => Find(System.IO.Path.Combine(Folder, "prebuilt"), name);

    private static string Find(string folder, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string path = System.IO.Path.Combine(AppContext.BaseDirectory, folder, name + ".elf");
        return File.Exists(path) ? path : throw new FileNotFoundException($"There is no guest '{name}': {path} does not exist.", path);
    }
}
