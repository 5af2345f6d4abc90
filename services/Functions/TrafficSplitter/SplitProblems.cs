using ModelServing.Hosting;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>Every error that the function answers itself. All others are the routers'.</summary>
internal static class SplitProblems
{
    internal static readonly Problem NoGateway = new(400, "no-gateway", "Not a gateway's request");
    internal static readonly Problem NoRouter = new(503, "no-router", "No router is reachable");
    internal static readonly Problem RouterLost = new(502, "router-lost", "The connection to the router was lost");
    internal static readonly Problem AnswerTooLarge = new(502, "answer-too-large", "The answer is too large");
}
