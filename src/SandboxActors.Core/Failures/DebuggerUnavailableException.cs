using System.Globalization;

namespace SandboxActors.Core;

/// <summary>A sandbox that is to be debugged cannot listen on its port, most often because another one has it. The sandbox was not made.</summary>
public sealed class DebuggerUnavailableException : SandboxException
{
    internal DebuggerUnavailableException(int port, Exception cause)
        : base(string.Create(CultureInfo.InvariantCulture, $"No debugger can attach on 127.0.0.1:{port}: {cause.Message}."), cause) => Port = port;

    /// <summary>The port that was asked for.</summary>
    public int Port { get; }
}
