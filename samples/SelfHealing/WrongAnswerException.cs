namespace SelfHealing;

/// <summary>A sandbox did not do what it must.</summary>
internal sealed class WrongAnswerException(string message) : Exception(message);
