namespace ControlRoom;

/// <summary>
/// Lets in only what the page itself, or a program on this machine that was given the token, may ask for. A page of another site must not reach the
/// sandboxes through the browser of who has both open: neither under a name that it has made point to this machine (the Host header tells), nor by a
/// request of its own (the Origin header tells).
/// </summary>
internal static class RequestGuard
{
    private static readonly (string Name, string Value)[] AnswerHeaders =
    [
        ("Content-Security-Policy",
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
            + "require-trusted-types-for 'script'; trusted-types lit-html"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "no-cache"),
    ];

    public static void UseRequestGuard(this WebApplication app, AccessToken token) => app.Use((context, next) =>
    {
        foreach ((string name, string value) in AnswerHeaders) context.Response.Headers[name] = value;
        int refusal = Refuse(context.Request, context.Connection.LocalPort, token);
        if (refusal == 0) return next(context);
        if (refusal == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        context.Response.StatusCode = refusal;
        return Task.CompletedTask;
    });

    /// <returns>The status to refuse it with; zero if it may pass.</returns>
    private static int Refuse(HttpRequest request, int port, AccessToken token)
    {
        if (!IsOwn(request.Host, port)) return StatusCodes.Status403Forbidden;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return 0;
        // A browser always says where such a request comes from; who says nothing is no browser, and the token decides.
        if (request.Headers.Origin is not [] && request.Headers.Origin != $"http://{request.Host}") return StatusCodes.Status403Forbidden;
        return token.IsBorneBy(request.Headers.Authorization) ? 0 : StatusCodes.Status401Unauthorized;
    }

    private static bool IsOwn(HostString host, int port) =>
        (host.Port ?? 80) == port && (host.Host == "127.0.0.1" || host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase));
}
