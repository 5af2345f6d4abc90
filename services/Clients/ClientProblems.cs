using Microsoft.AspNetCore.Http;
using ModelServing.Hosting;

namespace ModelServing.Clients;

/// <summary>Every error that a request without a good credential gets, with its status, reason and title.</summary>
public static class ClientProblems
{
    public static readonly Problem BadRequest = new(StatusCodes.Status400BadRequest, "bad-request", "Bad request");
    public static readonly Problem Unauthenticated = new(StatusCodes.Status401Unauthorized, "unauthenticated", "Not authenticated");
    public static readonly Problem Forbidden = new(StatusCodes.Status403Forbidden, "forbidden", "Not allowed");
    public static readonly Problem RateLimited = new(StatusCodes.Status429TooManyRequests, "rate-limited", "Too many requests");
    public static readonly Problem NoClients =
        new(StatusCodes.Status503ServiceUnavailable, "no-clients", "The client list is not loaded yet");
    public static readonly Problem NoTokenKeys =
        new(StatusCodes.Status503ServiceUnavailable, "no-token-keys", "Tokens cannot be checked yet");
}
