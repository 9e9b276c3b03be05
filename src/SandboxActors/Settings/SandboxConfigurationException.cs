namespace SandboxActors;

/// <summary>
/// A setting under <c>sandbox-actors</c>, or an environment variable that goes over one, has a value that it cannot have; the message names the
/// setting, the value and what is allowed.
/// </summary>
public sealed class SandboxConfigurationException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="key">The setting's full name, or the variable's.</param>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="inner">What found it out.</param>
    public SandboxConfigurationException(string key, string message, Exception? inner = null)
        : base($"{key}: {message}", inner) => Key = key;

    /// <summary>The setting's full name, or the variable's.</summary>
    public string Key { get; }
}
