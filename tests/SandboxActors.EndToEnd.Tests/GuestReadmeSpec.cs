using System.Diagnostics;
using System.Text.RegularExpressions;
using SandboxActors.Core;
using SandboxActors.TestSupport;
using Xunit.Abstractions;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>The guest of <c>guests/README.md</c>, taken from its text, compiled by the command that it gives, works.</summary>
public sealed partial class GuestReadmeSpec(ITestOutputHelper output)
{
    [SkippableTheory, OnEachBackend]
    public async Task A_guest_written_by_following_the_readme_alone_works(string backend)
    {
        string guests = Path.Combine(Repository.Root, "guests");
        string readme = await File.ReadAllTextAsync(Path.Combine(guests, "README.md"));
        string source = CBlock().Match(readme).Groups[1].Value;
        string[] command = CommandBlock().Match(readme).Groups[1].Value.Trim().Split(' ');
        Assert.Contains("GUEST_FUNCTION(Greet", source, StringComparison.Ordinal);
        Assert.Equal("cc", command[0]);
        Skip.IfNot(HasCompiler(), "There is no C compiler `cc` for x86-64 Linux here.");

        DirectoryInfo folder = Directory.CreateTempSubdirectory("guest");
        try
        {
            string file = Path.Combine(folder.FullName, "greeter.c"), elf = Path.Combine(folder.FullName, "greeter.elf");
            await File.WriteAllTextAsync(file, source);
            string line = string.Join(' ', command).Replace("path/to/greeter.c", file, StringComparison.Ordinal).Replace("greeter.elf", elf, StringComparison.Ordinal);
            using Process compiler = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]) { WorkingDirectory = guests, RedirectStandardError = true })!;
            output.WriteLine(await compiler.StandardError.ReadToEndAsync());
            await compiler.WaitForExitAsync();
            Assert.Equal(0, compiler.ExitCode);

            using Sandbox sandbox = new SandboxBuilder(Backends.Open(backend), GuestImage.FromFile(elf)).HostFunction("AgeOf", (string name) => name.Length * 10).Build();
            Assert.Equal("Hello, Ada, 30 years old!", sandbox.Call<string>("Greet", "Ada"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool HasCompiler()
    {
        try
        {
            using Process probe = Process.Start(new ProcessStartInfo("cc", "-dumpmachine") { RedirectStandardOutput = true })!;
            string machine = probe.StandardOutput.ReadToEnd();
            probe.WaitForExit();
            return machine.StartsWith("x86_64", StringComparison.Ordinal);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    [GeneratedRegex("```c\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CBlock();

    [GeneratedRegex("```sh\n(cc .*?)```", RegexOptions.Singleline)]
    private static partial Regex CommandBlock();
}
