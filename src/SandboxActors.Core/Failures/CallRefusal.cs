namespace SandboxActors.Core;

/// <summary>Why a call was refused.</summary>
public enum CallRefusal
{
    /// <summary>The guest has no function of that name.</summary>
    FunctionNotFound,

    /// <summary>The call names no function.</summary>
    FunctionNameMissing,

    /// <summary>The function takes another number of parameters.</summary>
    WrongParameterCount,

    /// <summary>A parameter, or the result asked for, has another type than the function's.</summary>
    ParameterTypeMismatch,

    /// <summary>The guest does not know a parameter's type.</summary>
    UnsupportedParameterType,

    /// <summary>The encoded call does not fit the input buffer.</summary>
    ArgumentsTooLarge,

    /// <summary>An argument cannot be put on the wire: too many of them, or text that is not valid UTF-16.</summary>
    InvalidArgument,
}
