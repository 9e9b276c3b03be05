using System.Reflection;
using Xunit.Sdk;

namespace SandboxActors.TestSupport;

/// <summary>Gives a <c>SkippableTheory</c> one case for each backend: its name, and the values given here.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnEachBackendAttribute(params object?[] values) : DataAttribute
{
    /// <inheritdoc />
    public override IEnumerable<object?[]> GetData(MethodInfo testMethod) => Backends.Names.Select(name => (object?[])[name, .. values]);
}
