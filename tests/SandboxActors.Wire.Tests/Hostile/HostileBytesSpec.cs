using CsCheck;
using SandboxActors.Wire.Tests.Support;

namespace SandboxActors.Wire.Tests.Hostile;

/// <summary>
/// Bytes as a hostile guest may write them: whatever they are, the reader rejects them with its own exception or reads a valid message, and allocates
/// no more than they justify. On a failure CsCheck prints the seed that repeats it and the body in hexadecimal.
/// </summary>
public sealed class HostileBytesSpec
{
    private const int Mutated = 300_000;
    private const int Random = 50_000;

    private static readonly Gen<byte[]> RandomBytes = Gen.OneOf(
        Gen.Byte.Array[0, 200],
        Gen.Byte[0, 24].Array[0, 200]); // small numbers find tables more often

    [Fact]
    public void A_million_hostile_bodies_do_no_harm()
    {
        var reader = new HostileReader();

        Sample(Mutations(Generate.Call(6).Select(Encode.Body)), reader.Call, Mutated);
        Sample(Mutations(Generate.FunctionResult.Select(Encode.Body)), reader.Result, Mutated);
        Sample(Mutations(Generate.Log.Select(Encode.Body)), reader.Log, Mutated);
        Sample(RandomBytes, reader.Call, Random);
        Sample(RandomBytes, reader.Result, Random);
        Sample(RandomBytes, reader.Log, Random);

        Assert.InRange(reader.Accepted + reader.Rejected, 1_000_000, long.MaxValue);
        Assert.InRange(reader.Accepted, 100_000, long.MaxValue);
        Assert.InRange(reader.Rejected, 500_000, long.MaxValue);
    }

    [Fact]
    public void Every_kept_message_with_any_one_byte_changed_to_any_other_does_no_harm()
    {
        var reader = new HostileReader();
        long cases = 0;
        foreach (GoldenMessage golden in GoldenMessage.All)
        {
            byte[] body = Encode.Body(golden.Kept);
            Action<byte[]> read = golden.Name.Split('_')[0] switch { "call" => reader.Call, "log" => reader.Log, _ => reader.Result };
            for (int i = 0; i < body.Length; i++)
            {
                byte original = body[i];
                for (int change = 1; change < 256; change++)
                {
                    body[i] = (byte)(original ^ change);
                    read(body);
                    cases++;
                }

                body[i] = original;
            }
        }

        Assert.Equal(cases, reader.Accepted + reader.Rejected);
        Assert.InRange(reader.Accepted, 1, cases - 1);
    }

    [Fact]
    public void A_message_of_one_kind_read_as_another_does_no_harm()
    {
        var reader = new HostileReader();
        Gen<byte[]> messages = Gen.OneOf(
            Generate.Call(6).Select(Encode.Body), Generate.FunctionResult.Select(Encode.Body), Generate.Log.Select(Encode.Body));

        messages.Sample(
            body =>
            {
                reader.Call(body);
                reader.Result(body);
                reader.Log(body);
            },
            iter: 10_000,
            print: Convert.ToHexString);

        Assert.Equal(30_000, reader.Accepted + reader.Rejected);
    }

    /// <summary>1 to 8 mutations, more often few: they get further into a message.</summary>
    private static Gen<byte[]> Mutations(Gen<byte[]> messages) => Gen.Select(
        messages,
        Gen.Frequency((4, Mutation.Any.Array[1]), (2, Mutation.Any.Array[2, 3]), (1, Mutation.Any.Array[4, 8])),
        (body, mutations) => mutations.Aggregate(body, (mutated, mutation) => mutation.Apply(mutated)));

    private static void Sample(Gen<byte[]> bodies, Action<byte[]> read, int count) => bodies.Sample(read, iter: count, print: Convert.ToHexString);
}
