using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace SandboxActors.Kvm.Tests;

public sealed class NativeLayoutSpec
{
    private static readonly string[] Compilers = ["cc", "gcc", "clang"];

    [Fact]
    public void Structures_have_the_sizes_and_offsets_of_the_C_header()
    {
        foreach ((string name, Type type, int size, (string Field, int Offset)[] fields) in NativeLayout.Structures)
        {
            Assert.True(size == Marshal.SizeOf(type), $"{name} has {Marshal.SizeOf(type)} bytes instead of {size}");
            foreach ((string field, int offset) in fields)
            {
                int ours = (int)Marshal.OffsetOf(type, OurName(field));
                Assert.True(offset == ours, $"{name}.{field} is at {ours} instead of {offset}");
            }
        }
    }

    [Fact]
    public void Every_field_of_a_structure_is_compared()
    {
        foreach ((string name, Type type, _, (string Field, int Offset)[] fields) in NativeLayout.Structures)
        {
            IEnumerable<string> declared = type.GetFields().Select(field => field.Name);
            Assert.Equal(declared.Order(), fields.Select(field => OurName(field.Field)).Order());
            Assert.Equal(name, type.Name);
        }
    }

    [Fact]
    public void Requests_and_constants_have_the_numbers_of_the_C_header()
    {
        foreach ((string name, nuint ours, ulong number) in NativeLayout.Requests) Assert.True(ours == number, $"{name} is {ours} instead of {number}");
        foreach ((string name, ulong ours, ulong number) in NativeLayout.Constants) Assert.True(ours == number, $"{name} is {ours} instead of {number}");
    }

    [SkippableFact]
    public void The_C_header_says_what_is_recorded_here()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "The header is that of Linux on x86-64.");
        Skip.IfNot(File.Exists("/usr/include/linux/kvm.h"), "There is no /usr/include/linux/kvm.h: install the kernel headers (linux-libc-dev).");
        string? compiler = FindCompiler();
        Skip.If(compiler is null, "There is no C compiler: install cc.");

        Dictionary<string, ulong> printed = CompileAndRun(compiler, WriteProgram());

        foreach ((string name, _, int size, (string Field, int Offset)[] fields) in NativeLayout.Structures)
        {
            Assert.Equal((name, (ulong)size), (name, printed[name]));
            foreach ((string field, int offset) in fields) Assert.Equal((name, field, (ulong)offset), (name, field, printed[$"{name}.{field}"]));
        }

        foreach ((string name, _, ulong number) in NativeLayout.Requests) Assert.Equal((name, number), (name, printed[name]));
        foreach ((string name, _, ulong number) in NativeLayout.Constants)
        {
            if (printed.TryGetValue(name, out ulong value)) Assert.Equal((name, number), (name, value));
        }
    }

    // Nested structures are written out in ours.
    private static string OurName(string field) => field switch
    {
        "fail_entry.hardware_entry_failure_reason" => "hardware_entry_failure_reason",
        _ => field.Replace('.', '_'),
    };

    private static string WriteProgram()
    {
        var program = new StringBuilder("#include <linux/kvm.h>\n#include <stdio.h>\n#include <stddef.h>\nint main(void)\n{\n");
        foreach ((string name, _, _, (string Field, int Offset)[] fields) in NativeLayout.Structures)
        {
            program.Append(CultureInfo.InvariantCulture, $"printf(\"{name} %zu\\n\", sizeof(struct {name}));\n");
            foreach ((string field, _) in fields)
                program.Append(CultureInfo.InvariantCulture, $"printf(\"{name}.{field} %zu\\n\", offsetof(struct {name}, {field}));\n");
        }

        foreach (string name in NativeLayout.Requests.Select(request => request.Name).Concat(NativeLayout.Constants.Select(constant => constant.Name)))
            program.Append(CultureInfo.InvariantCulture, $"#ifdef {name}\nprintf(\"{name} %llu\\n\", (unsigned long long){name});\n#endif\n");
        return program.Append("return 0;\n}\n").ToString();
    }

    private static string? FindCompiler() =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
            .SelectMany(folder => Compilers.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(file => !OperatingSystem.IsWindows() && File.Exists(file) && (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) != 0);

    private static Dictionary<string, ulong> CompileAndRun(string compiler, string source)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("kvm-layout");
        try
        {
            string program = Path.Combine(folder.FullName, "layout");
            File.WriteAllText(program + ".c", source);
            Run(compiler, "-w", "-o", program, program + ".c");
            return Run(program).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' '))
                .ToDictionary(words => words[0], words => ulong.Parse(words[1], CultureInfo.InvariantCulture));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)), $"{program} did not end");
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
