namespace SandboxActors.Emulator;

/// <summary>
/// The sixteen general registers in the order of their numbers in machine code, and a seventeenth that is always zero: no register.
/// </summary>
internal static class RegisterFile
{
    public const int Count = 17;
    public const int Rax = 0;
    public const int Rcx = 1;
    public const int Rdx = 2;
    public const int Rbx = 3;
    public const int Rsp = 4;
    public const int Rbp = 5;
    public const int Rsi = 6;
    public const int Rdi = 7;
    public const int R11 = 11;
    public const int None = 16;
}
