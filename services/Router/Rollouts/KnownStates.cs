using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Rollout.Journal;

namespace ModelServing.Router.Rollouts;

/// <summary>The states of all models whose journals could be read.</summary>
/// <param name="Read">The time of which they are the states, or a little earlier: each event that was put before is in them.</param>
internal sealed record KnownStates(DateTimeOffset Read, ImmutableDictionary<ModelName, JournalState> States);
