using Microsoft.AspNetCore.Http.HttpResults;
using SandboxActors.Core;
using SandboxActors.Wire;

namespace ControlRoom;

/// <summary>What one may do to sandboxes.</summary>
internal static class Actions
{
    private static readonly CallOptions Bounded = new() { Timeout = TimeSpan.FromMinutes(1) };

    public static void MapActions(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder sandboxes = routes.MapGroup("/api/sandboxes");
        sandboxes.MapPost("/", (Fleet fleet) => Outcome.OfAsync(async () => $"{(await fleet.AddAsync()).Sandbox.Name} is ready."));
        sandboxes.MapPost("/{name}/call", (string name, CallRequest call, Fleet fleet) => On(name, fleet, cell => CallAsync(cell, call)));
        sandboxes.MapPost("/{name}/kill", (string name, Fleet fleet) => On(name, fleet, KillAsync));
        sandboxes.MapPost("/{name}/snapshot", (string name, Fleet fleet) => On(name, fleet, SnapshotAsync));
        sandboxes.MapPost("/{name}/restore", (string name, Fleet fleet) => On(name, fleet, RestoreAsync));
        sandboxes.MapPost("/{name}/stop", (string name, Fleet fleet) => On(name, fleet, StopAsync));
        routes.MapPost("/api/access", () => TypedResults.NoContent()); // for a page to find out whether its token is right
    }

    private static async Task<Results<Ok<Outcome>, NotFound>> On(string name, Fleet fleet, Func<Cell, Task<string>> act) =>
        fleet.Find(name) is { } cell ? TypedResults.Ok(await Outcome.OfAsync(() => act(cell))) : TypedResults.NotFound();

    private static async Task<string> CallAsync(Cell cell, CallRequest call)
    {
        GuestFunction function = GuestFunction.Find(call.Function) ?? throw new ArgumentException($"'{call.Function}' is not offered here.");
        GuestValue result = await cell.Sandbox.InvokeAsync(function.Name, function.Result, Bounded, function.Parse(call.Arguments));
        return result.Type == GuestValueType.Void ? $"{function.Name} returned." : $"{function.Name} returned {result}.";
    }

    private static async Task<string> KillAsync(Cell cell) => await cell.Sandbox.KillAsync() switch
    {
        KillOutcome.Killed => "The call in flight was killed.",
        KillOutcome.CompletedFirst => "The call ended by itself before the kill reached it.",
        _ => "No call was in flight.",
    };

    private static async Task<string> SnapshotAsync(Cell cell)
    {
        cell.Snapshot = await cell.Sandbox.SnapshotAsync();
        return "A snapshot was taken: restores and heals go back to it.";
    }

    private static async Task<string> RestoreAsync(Cell cell)
    {
        await cell.Sandbox.RestoreAsync(cell.Snapshot);
        return "The sandbox is as it was at its last snapshot.";
    }

    private static async Task<string> StopAsync(Cell cell)
    {
        await cell.Sandbox.StopAsync();
        return "The sandbox has stopped.";
    }
}
