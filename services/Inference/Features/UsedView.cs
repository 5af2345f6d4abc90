using ModelServing.Features.Definitions;
using ModelServing.OnlineStore;
using ModelServing.Predictions.Records;

namespace ModelServing.Inference.Features;

/// <summary>A feature view that a model uses.</summary>
/// <param name="Store">The view in the online store.</param>
/// <param name="Keys">The inputs that hold the entity's keys, in the view's order, as indexes among those that callers send.</param>
/// <param name="Request">The same for the values of the request.</param>
internal sealed record UsedView(ViewStore Store, int[] Keys, int[] Request)
{
    internal ViewId Id => Store.Engine.Definition.Id;

    /// <summary>The view in a prediction's record.</summary>
    internal ViewHead Head { get; } = new(
        Store.Engine.Definition.View.Text, Store.Engine.Definition.Version, Store.Engine.Digest);
}
