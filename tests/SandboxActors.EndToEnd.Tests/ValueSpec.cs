using CsCheck;
using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>What goes in comes out, bit for bit: as a parameter and result of the guest, and once more through a host function.</summary>
public sealed class ValueSpec
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char.Where(c => !char.IsSurrogate(c)), 0, 200];

    [SkippableTheory, OnEachBackend]
    public void Every_value_of_every_type_survives_the_way_through_guest_and_host(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend)
            .HostFunction("HostEchoI32", (int v) => v).HostFunction("HostEchoU32", (uint v) => v)
            .HostFunction("HostEchoI64", (long v) => v).HostFunction("HostEchoU64", (ulong v) => v)
            .HostFunction("HostEchoF32", (float v) => v).HostFunction("HostEchoF64", (double v) => v)
            .HostFunction("HostEchoBool", (bool v) => v).HostFunction("HostEchoString", (string v) => v)
            .HostFunction("HostEchoVecBytes", (byte[] v) => v).HostFunction("HostEchoNoOp", () => { })
            .Build();

        Gen<(string Function, string HostFunction, GuestValue Value)> values = Gen.OneOf(
            Gen.Int.Select(v => ("EchoI32", "RoundTripHostI32", GuestValue.From(v))),
            Gen.UInt.Select(v => ("EchoU32", "RoundTripHostU32", GuestValue.From(v))),
            Gen.Long.Select(v => ("EchoI64", "RoundTripHostI64", GuestValue.From(v))),
            Gen.ULong.Select(v => ("EchoU64", "RoundTripHostU64", GuestValue.From(v))),
            Gen.UInt.Select(v => ("EchoFloat", "RoundTripHostF32", GuestValue.From(BitConverter.UInt32BitsToSingle(v)))),
            Gen.ULong.Select(v => ("EchoDouble", "RoundTripHostF64", GuestValue.From(BitConverter.UInt64BitsToDouble(v)))),
            Gen.Bool.Select(v => ("EchoBool", "RoundTripHostBool", GuestValue.From(v))),
            Text.Select(v => ("Echo", "RoundTripHostString", GuestValue.From(v))));

        values.Sample(
            sample =>
            {
                Assert.Equal(sample.Value, sandbox.Invoke(sample.Function, sample.Value.Type, sample.Value));
                Assert.Equal(sample.Value, sandbox.Invoke(sample.HostFunction, sample.Value.Type, sample.Value));
            },
            iter: 3000, threads: 1);
        Gen.Byte.Array[0, 2000].Sample(
            bytes => Assert.Equal(bytes, sandbox.Call<byte[]>("RoundTripHostVecBytes", bytes)), iter: 300, threads: 1);
        sandbox.Call("RoundTripHostNoOp");
    }

    [SkippableTheory, OnEachBackend]
    public void Values_that_a_codec_likes_to_lose_are_kept(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Same("EchoDouble", -0.0);
        Same("EchoFloat", -0.0f);
        Same("EchoDouble", BitConverter.UInt64BitsToDouble(0x7FF0_0000_0000_0001)); // a signalling NaN with a payload
        Same("EchoFloat", BitConverter.UInt32BitsToSingle(0xFF80_1234));
        Same("EchoI32", 0);
        Same("EchoU64", 0UL);
        Same("EchoBool", false);
        Same("Echo", string.Empty);
        Same("Echo", "zero\0inside and at the end\0");
        Same("Echo", "日本語 🚀 é");
        Assert.Equal([], sandbox.Call<byte[]>("SetByteArrayToZero", Array.Empty<byte>()));
        Assert.Equal(new byte[1000], sandbox.Call<byte[]>("SetByteArrayToZero", Enumerable.Repeat((byte)7, 1000).ToArray()));

        void Same(string function, GuestValue value) => Assert.Equal(value, sandbox.Invoke(function, value.Type, value));
    }

    [SkippableTheory, OnEachBackend]
    public void Sixteen_mebibytes_pass_where_the_buffers_are_made_for_them(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend)
            .InputBufferSize(40 << 20).OutputBufferSize(20 << 20)
            .HostFunction("HostEchoVecBytes", (byte[] v) => v)
            .Build();
        byte[] bytes = new byte[16 << 20];
        new Random(5).NextBytes(bytes);
        Assert.Equal(bytes, sandbox.Call<byte[]>("RoundTripHostVecBytes", bytes));
        Assert.Equal(new byte[16 << 20], sandbox.Call<byte[]>("SetByteArrayToZero", bytes));
        sandbox.Call("LargeParameters", bytes, "and a text");
    }

    [SkippableTheory, OnEachBackend]
    public void Twenty_four_kibibytes_in_give_eight_out(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        byte[] bytes = new byte[24 << 10];
        new Random(6).NextBytes(bytes);
        Assert.Equal(bytes[..(8 << 10)], sandbox.Call<byte[]>("24K_in_8K_out", bytes));
        Assert.Equal(bytes, sandbox.Call<byte[]>("GetSizePrefixedBuffer", bytes));
    }

    [SkippableTheory, OnEachBackend]
    public void Arguments_too_large_are_refused_and_a_result_too_large_is_the_guests_error(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).InputBufferSize(64 << 10).OutputBufferSize(4096).Build();
        Snapshot snapshot = sandbox.Snapshot();
        GuestCallRefusedException refused =
            Assert.Throws<GuestCallRefusedException>(() => sandbox.Call<byte[]>("SetByteArrayToZero", new byte[64 << 10]));
        Assert.Equal(CallRefusal.ArgumentsTooLarge, refused.Refusal);
        Assert.Same(snapshot, sandbox.Snapshot());

        Assert.Throws<GuestErrorException>(() => sandbox.Call<byte[]>("SetByteArrayToZero", new byte[8 << 10]));
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
        Assert.True(sandbox.BuffersAreClean);
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_that_does_not_fit_the_function_is_refused_and_leaves_the_sandbox_healthy(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Refused(CallRefusal.FunctionNotFound, () => sandbox.Call("NoSuchFunction"));
        Refused(CallRefusal.FunctionNameMissing, () => sandbox.Call(string.Empty));
        Refused(CallRefusal.WrongParameterCount, () => sandbox.Call<string>("Echo"));
        Refused(CallRefusal.WrongParameterCount, () => sandbox.Call<string>("Echo", "a", "b"));
        Refused(CallRefusal.ParameterTypeMismatch, () => sandbox.Call<string>("Echo", 1));
        Refused(CallRefusal.ParameterTypeMismatch, () => sandbox.Call<int>("Echo", "a"));
        Refused(CallRefusal.InvalidArgument, () => sandbox.Call<string>("Echo", "lone surrogate \ud800"));
        Refused(CallRefusal.InvalidArgument, () => sandbox.Call("NoOp", Enumerable.Repeat(GuestValue.From(1), 65).ToArray()));
        Assert.Throws<NotSupportedException>(() => sandbox.Call<decimal>("Echo", "a"));

        void Refused(CallRefusal reason, Action call)
        {
            Assert.Equal(reason, Assert.Throws<GuestCallRefusedException>(call).Refusal);
            Assert.Equal(SandboxStatus.Ready, sandbox.Status);
            Assert.Equal("still here", sandbox.Call<string>("Echo", "still here"));
        }
    }
}
