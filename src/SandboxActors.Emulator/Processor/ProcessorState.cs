using System.Runtime.Intrinsics;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>What the processor holds between two instructions.</summary>
internal sealed class ProcessorState
{
    public readonly ulong[] General = new ulong[RegisterFile.Count];
    public readonly Vector128<byte>[] Vector = new Vector128<byte>[VectorFile.Count];
    public ulong Rip;
    public ulong Flags = ProcessorFlags.Reserved;
    public uint Mxcsr = ExtendedStateImage.InitialMxcsr;
    public ulong FsBase;
    public ulong GsBase;

    /// <summary>
    /// Instructions carried out since the machine was made, iterations of repeated ones counted each. No part of the state: time goes on.
    /// </summary>
    public ulong InstructionCount;

    /// <summary>x87 and everything else of the XSAVE image that has no register here.</summary>
    public byte[] ExtendedImage = ExtendedStateImage.CreateInitial();

    public SpecialRegisters Special = InitialState.CreateSpecial();
}
