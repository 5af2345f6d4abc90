using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Admin;

/// <summary>A person's decision can't be carried out; the message says why, and what would be right.</summary>
internal sealed class DecisionRefusedException(Problem problem, string message) : Exception(message)
{
    internal Problem Problem => problem;
}
