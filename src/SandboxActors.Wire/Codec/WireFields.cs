namespace SandboxActors.Wire.Codec;

/// <summary>
/// The vtable slots of the schemas' fields: their order in the .fbs files, where a union takes two (its tag, then its table). A test reads the .fbs
/// files and compares.
/// </summary>
internal static class WireFields
{
    internal static class FunctionCall
    {
        public const int Name = 0;
        public const int ReturnType = 1;
        public const int Parameters = 2;
        public const int Count = 3;
    }

    internal static class Parameter
    {
        public const int ValueTag = 0;
        public const int Value = 1;
        public const int Count = 2;
    }

    internal static class FunctionResult
    {
        public const int OutcomeTag = 0;
        public const int Outcome = 1;
        public const int Count = 2;
    }

    internal static class FunctionReturn
    {
        public const int ValueTag = 0;
        public const int Value = 1;
        public const int Count = 2;
    }

    internal static class FunctionError
    {
        public const int Code = 0;
        public const int Message = 1;
        public const int Count = 2;
    }

    internal static class LogRecord
    {
        public const int Level = 0;
        public const int Message = 1;
        public const int Source = 2;
        public const int Function = 3;
        public const int File = 4;
        public const int Line = 5;
        public const int Count = 6;
    }

    /// <summary>The one field of every value table but VoidValue, which has none.</summary>
    internal static class AnyValue
    {
        public const int Value = 0;
        public const int Count = 1;
    }
}
