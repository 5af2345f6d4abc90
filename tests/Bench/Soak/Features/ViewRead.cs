using ModelServing.Features;
using ModelServing.Features.Engine;
using ModelServing.Predictions.Records;

namespace ModelServing.Bench.Soak.Features;

/// <summary>An entity's features as they were served.</summary>
/// <param name="Index">Which prediction or answer they belong to.</param>
/// <param name="Entity">The entity.</param>
/// <param name="Time">The time of reading.</param>
/// <param name="Request">The request's values.</param>
/// <param name="Sequence">The sequence that was recorded.</param>
/// <param name="Status">The status that was recorded; null if none was.</param>
/// <param name="AppliedBefore">Up to this sequence, all events were applied before.</param>
internal sealed record ViewRead(
    int Index, EntityKey Entity, Instant Time, double[] Request, long Sequence, RecordedStatus? Status, long AppliedBefore);
