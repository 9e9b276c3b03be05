namespace SandboxActors.Core;

/// <summary>Something about a sandbox went otherwise than asked. One derived type for each thing that a caller can act on.</summary>
public abstract class SandboxException : Exception
{
    internal SandboxException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
