using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using SandboxActors.Core.HostFunctions;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests;

/// <summary>Delegates become host functions, or are refused with the type that cannot pass.</summary>
public sealed class HostFunctionSpec
{
    private delegate int Twice(int value);

    [Fact]
    public void Parameters_and_results_of_all_types_pass()
    {
        HostFunction function = new HostFunction(
            "All", (int a, uint b, long c, ulong d, float e, double f, bool g, string h, byte[] i) => $"{a} {b} {c} {d} {e} {f} {g} {h} {i.Length}");
        FunctionCall call = Call("All", GuestValueType.String, -1, 2u, -3L, 4UL, 5.5f, 6.25, true, "seven", new byte[8]);
        Assert.Null(function.Mismatch(call));
        Assert.Equal("-1 2 -3 4 5.5 6.25 True seven 8", function.Invoke(call, default).Value.AsString());
    }

    [Fact]
    public async Task Tasks_of_all_kinds_become_a_pending_value()
    {
        Assert.Equal(7, (await Pending((Func<Task<int>>)(async () => { await Task.Yield(); return 7; }))).AsInt32());
        Assert.Equal("v", (await Pending((Func<ValueTask<string>>)(() => ValueTask.FromResult("v")))).AsString());
        Assert.Equal(GuestValue.Void, await Pending((Func<Task>)(() => Task.CompletedTask)));
        Assert.Equal(GuestValue.Void, await Pending((Func<ValueTask>)(() => ValueTask.CompletedTask)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Pending((Func<Task<int>>)(() => null!)));

        static Task<GuestValue> Pending(Delegate function) => new HostFunction("Later", function).Invoke(Call("Later", GuestValueType.Void), default).Pending!;
    }

    [Fact]
    public void A_token_at_the_end_is_the_hosts_own_and_no_parameter_of_the_guests()
    {
        HostFunction function = new HostFunction("Token", (int a, CancellationToken token) => token.IsCancellationRequested ? a : -a);
        FunctionCall call = Call("Token", GuestValueType.Int32, 5);
        Assert.Null(function.Mismatch(call));
        Assert.True(function.TakesToken);
        Assert.Equal(5, function.Invoke(call, new CancellationToken(canceled: true)).Value.AsInt32());
        Assert.Throws<ArgumentException>(() => new HostFunction("Odd", (CancellationToken token, int a) => a));
    }

    [Fact]
    public void A_type_that_cannot_pass_is_named()
    {
        Assert.Contains("System.Decimal", Refused((decimal d) => 1), StringComparison.Ordinal);
        Assert.Contains("System.DateTime", Refused(() => DateTime.UnixEpoch), StringComparison.Ordinal);
        Assert.Contains("System.Guid", Refused(() => Task.FromResult(Guid.Empty)), StringComparison.Ordinal);

        static string Refused(Delegate function) => Assert.Throws<ArgumentException>(() => new HostFunction("Odd", function)).Message;
    }

    [Fact]
    public void A_null_result_is_an_exception_that_says_so() =>
        Assert.Throws<ArgumentNullException>(() => new HostFunction("Null", string () => null!).Invoke(Call("Null", GuestValueType.String), default));

    [Fact]
    public void Delegates_of_one_type_are_compiled_once_and_each_is_called_by_itself()
    {
        HostFunction[] functions = new HostFunction[64];
        Parallel.For(0, functions.Length, i => functions[i] = new HostFunction($"F{i}", (Func<int, int>)(n => n + i)));
        Assert.All(Enumerable.Range(0, functions.Length), i =>
            Assert.Equal(100 + i, functions[i].Invoke(Call($"F{i}", GuestValueType.Int32, 100), default).Value.AsInt32()));

        Assert.Equal(8, new HostFunction("Private", (Twice)(n => n * 2)).Invoke(Call("Private", GuestValueType.Int32, 4), default).Value.AsInt32());
        Assert.Same(HostFunctionShape.Of("One", (int n) => n), HostFunctionShape.Of("Other", (int n) => -n));
        Assert.NotSame(HostFunctionShape.Of("One", (int n) => n), HostFunctionShape.Of("Other", (long n) => n));
    }

    [Fact]
    public void What_was_compiled_for_a_type_does_not_keep_its_assembly_from_being_unloaded()
    {
        WeakReference type = UseTypeOfItsOwn();
        for (int i = 0; i < 50 && type.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(type.IsAlive);
    }

    // Not inlined, so that nothing of it is on the caller's stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference UseTypeOfItsOwn()
    {
        ModuleBuilder module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Unloaded"), AssemblyBuilderAccess.RunAndCollect).DefineDynamicModule("Unloaded");
        TypeBuilder builder = module.DefineType("Own", TypeAttributes.Sealed | TypeAttributes.Public, typeof(MulticastDelegate));
        builder.DefineConstructor(MethodAttributes.RTSpecialName | MethodAttributes.HideBySig | MethodAttributes.Public, CallingConventions.Standard, [typeof(object), typeof(nint)])
            .SetImplementationFlags(MethodImplAttributes.Runtime);
        builder.DefineMethod("Invoke", MethodAttributes.Public | MethodAttributes.HideBySig | MethodAttributes.NewSlot | MethodAttributes.Virtual, typeof(int), [typeof(int)])
            .SetImplementationFlags(MethodImplAttributes.Runtime);
        Type type = builder.CreateType();
        var function = new HostFunction("Own", Delegate.CreateDelegate(type, ((Func<int, int>)Math.Abs).Method));
        Assert.Equal(5, function.Invoke(Call("Own", GuestValueType.Int32, -5), default).Value.AsInt32());
        return new WeakReference(type);
    }

    private static FunctionCall Call(string name, GuestValueType returnType, params GuestValue[] arguments) =>
        MessageReader.ReadCall(new MessageWriter().WriteCall(name, returnType, arguments)[4..]);
}
