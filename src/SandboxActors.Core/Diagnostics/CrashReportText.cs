using System.Globalization;
using System.Text;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>Writes a crash report for people: what happened, where, how the guest had come there, and what its registers held.</summary>
internal sealed class CrashReportText
{
    private readonly StringBuilder _text = new();
    private readonly CrashReport _report;
    private readonly CrashAnalysis _analysis;

    public CrashReportText(CrashReport report, CrashAnalysis analysis)
    {
        _report = report;
        _analysis = analysis;
        WriteCause();
        WriteInstructions();
        WriteStackTrace();
        WriteRegisters();
        WriteProblems();
        if (report.Dump is { } dump) Line($"\ncore file\n  {GuestText.Escape(dump.ToString())}");
    }

    /// <inheritdoc />
    public override string ToString() => _text.ToString().TrimEnd('\n');

    private void WriteCause()
    {
        Line($"Sandbox {_report.SandboxId} of guest '{GuestText.Escape(_report.Guest)}' was poisoned in '{GuestText.Escape(_report.Function)}':");
        Line($"  {_report.Reason}");
        if (_analysis.TouchedAddress is not { } touched) return;
        Line($"  {touched} is in {_analysis.TouchedPlace}{Symbol(touched, ": ")}");
    }

    private void WriteInstructions()
    {
        if (_analysis.Location is not { } location) return;
        Line($"\nat {(location.Symbol is null ? _report.Evidence.Map.PlaceOf(location.Address).Name : location.ToString())}");
        if (_analysis.Listing is not { Lines.IsEmpty: false } listing)
        {
            Line($"  => {location.Address}  no code that is known");
            return;
        }

        foreach ((GuestAddress address, string instruction) in listing.Lines)
            Line($"  {(address == listing.Marked ? "=>" : "  ")} {address}  {instruction}");
    }

    private void WriteStackTrace()
    {
        if (_analysis.StackTrace.IsEmpty) return;
        Line($"\nstack trace");
        for (int frame = 0; frame < _analysis.StackTrace.Length;)
        {
            CodeLocation location = _analysis.StackTrace[frame];
            int next = frame + 1;
            while (next < _analysis.StackTrace.Length && _analysis.StackTrace[next] == location) next++;
            string name = location.Symbol is null ? string.Empty : $"  {location}";
            Line($"  {"#" + frame.ToString(CultureInfo.InvariantCulture),-4} {location.Address}{name}");
            if (next - frame > 2)
            {
                Line($"       and {next - frame - 1} times more, up to #{next - 1}");
                frame = next;
            }
            else
            {
                frame++;
            }
        }

        if (_analysis.StackTraceEnd is { } end) Line($"       {end}");
    }

    private void WriteRegisters()
    {
        if (_report.Registers is not { } registers) return;
        Line($"\nregisters");
        (string Name, ulong Value)[] all =
        [
            ("rip", registers.Rip), ("rsp", registers.Rsp), ("rbp", registers.Rbp),
            ("rax", registers.Rax), ("rbx", registers.Rbx), ("rcx", registers.Rcx), ("rdx", registers.Rdx),
            ("rsi", registers.Rsi), ("rdi", registers.Rdi),
            ("r8", registers.R8), ("r9", registers.R9), ("r10", registers.R10), ("r11", registers.R11),
            ("r12", registers.R12), ("r13", registers.R13), ("r14", registers.R14), ("r15", registers.R15),
        ];
        foreach ((string name, ulong value) in all) Line($"  {name,-5} 0x{value:x16}{Meaning(new GuestAddress(value))}");
        Line($"  flags 0x{registers.Rflags:x16}  {Flags(registers.Rflags)}");
    }

    private void WriteProblems()
    {
        if (_analysis.Problems.IsEmpty) return;
        Line($"\nnot known");
        foreach (string problem in _analysis.Problems) Line($"  {problem}");
    }

    // What a value would point to, if it is an address.
    private string Meaning(GuestAddress address)
    {
        MemoryPlace place = _report.Evidence.Map.PlaceOf(address);
        if (place.Range is not { } range) return string.Empty;
        string symbol = Symbol(address, ", ");
        return symbol.Length > 0
            ? $"  {place.Name}{symbol}"
            : string.Create(CultureInfo.InvariantCulture, $"  {place.Name}+0x{address - range.Start:x}");
    }

    private string Symbol(GuestAddress address, string before) =>
        _report.Evidence.Map.Image.SymbolAt(address) is { } symbol
            ? before + new CodeLocation(address, symbol.Name, address - symbol.Start)
            : string.Empty;

    // Intel SDM volume 1, figure 3-8: those that a program can do something with.
    private static string Flags(ulong flags)
    {
        (int Bit, string Name)[] names =
            [(0, "CF"), (2, "PF"), (4, "AF"), (6, "ZF"), (7, "SF"), (8, "TF"), (9, "IF"), (10, "DF"), (11, "OF"), (16, "RF"), (18, "AC")];
        return $"[{string.Join(' ', names.Where(flag => (flags >> flag.Bit & 1) != 0).Select(flag => flag.Name))}]";
    }

    private void Line(FormattableString line) => _text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
