namespace ControlRoom;

/// <summary>What one may look at.</summary>
internal static class Views
{
    public static void MapViews(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/feed", (Feed feed, CancellationToken aborted) => TypedResults.ServerSentEvents(feed.ReadAsync(aborted)));
        routes.MapGet("/api/functions", () => GuestFunction.All);
        routes.MapGet("/api/poisonings/{number:long}", (long number, Poisonings poisonings) =>
            poisonings.FindReport(number) is { } report ? Results.Text(report.ToString()) : Results.NotFound());
    }
}
