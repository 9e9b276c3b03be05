namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>
/// Where everything stands in the guest: one page of code that loads and saves state, the cases' own code, one page that the loading code works with,
/// and a block of data for each case. The constants without a word about it are bytes from the start of a case's block.
/// </summary>
internal static class CaseLayout
{
    /// <summary>Cases in one run of a machine.</summary>
    public const int Slots = 256;

    /// <summary>Address of the code that loads and saves.</summary>
    public const ulong Driver = 0x40_0000;

    /// <summary>Address of the first case's code.</summary>
    public const ulong Code = 0x40_1000;

    /// <summary>Bytes of code for each case.</summary>
    public const int CodeLength = 512;

    /// <summary>Address of the page that the driver works with.</summary>
    public const ulong Control = 0x50_0000;

    /// <summary>Address of the first case's block.</summary>
    public const ulong Blocks = 0x50_1000;

    /// <summary>Address behind the last case's block. Nothing is mapped there.</summary>
    public const ulong End = Blocks + (Slots * (ulong)Length);

    /// <summary>Bytes of a block.</summary>
    public const int Length = 2048;

    public const int VectorsIn = 0;
    public const int RegistersIn = VectorsIn + 256;
    public const int FlagsIn = RegistersIn + 128;
    public const int MxcsrIn = FlagsIn + 8;

    /// <summary>The address of the case's code.</summary>
    public const int Instruction = MxcsrIn + 8;

    /// <summary>The address of the next case's block; zero behind the last.</summary>
    public const int Next = Instruction + 8;

    public const int VectorsOut = 640;
    public const int RegistersOut = VectorsOut + 256;
    public const int FlagsOut = RegistersOut + 128;
    public const int MxcsrOut = FlagsOut + 8;

    /// <summary>The memory that instructions work on; it ends with the block.</summary>
    public const int Memory = 1088;
    public const int MemoryLength = Length - Memory;
    public const int MemoryCenter = Memory + 448;

    /// <summary>Where RSP points, unless a case says otherwise.</summary>
    public const int Stack = Memory + 768;

    public static ulong BlockOf(int slot) => Blocks + (ulong)(slot * Length);

    public static ulong CodeOf(int slot) => Code + (ulong)(slot * CodeLength);
}
