namespace SandboxActors.Benchmarks.Peers;

/// <summary>What the child process does: <c>-- peers-child</c>. It ends when its parent is gone.</summary>
internal static class ChildProgram
{
    public static int Run()
    {
        using var channel = new ChildChannel(Console.OpenStandardInput(), Console.OpenStandardOutput());
        channel.Send(ChildMessageKind.Ready, []);
        int calls = 0;
        while (channel.Receive() is { } message)
        {
            switch (message.Kind)
            {
                case ChildMessageKind.Add:
                    channel.Send(ChildMessageKind.Answer, message.Numbers.First + message.Numbers.Second);
                    break;
                case ChildMessageKind.AddOnHost:
                    channel.Send(ChildMessageKind.AddOnHost, message.Content.Span);
                    if (channel.Receive() is not { } sum) return 0;
                    channel.Send(ChildMessageKind.Answer, sum.Numbers.First);
                    break;
                case ChildMessageKind.Echo:
                    channel.Send(ChildMessageKind.Answer, message.Content.Span);
                    break;
                case ChildMessageKind.Count:
                    channel.Send(ChildMessageKind.Answer, ++calls);
                    break;
                case ChildMessageKind.Spin:
                    channel.Send(ChildMessageKind.Spin, []);
                    while (true)
                    {
                    }

                default:
                    throw new InvalidDataException($"A child is not asked '{message.Kind}'.");
            }
        }

        return 0;
    }
}
