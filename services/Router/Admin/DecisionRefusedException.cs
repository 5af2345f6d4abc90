using ModelServing.Hosting;

namespace ModelServing.Router.Admin;

/// <summary>A person's decision can't be carried out. The message explains why, and what would be accepted.</summary>
internal sealed class DecisionRefusedException(Problem problem, string message) : Exception(message)
{
    internal Problem Problem => problem;
}
