using ModelServing.Hosting;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>No router gave an answer.</summary>
/// <param name="problem">The problem for the caller.</param>
/// <param name="detail">What happened.</param>
/// <param name="inner">The cause.</param>
internal sealed class RouterException(Problem problem, string detail, Exception? inner = null) : Exception(detail, inner)
{
    internal Problem Problem => problem;
}
