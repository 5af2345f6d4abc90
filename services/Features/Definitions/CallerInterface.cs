using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Features.Definitions;

/// <summary>What callers of a version send and get: the model's inputs and outputs, with entity keys and the values of the request in place
/// of the input that the service fills with features.</summary>
/// <param name="Inputs">The inputs that a request must have.</param>
/// <param name="Outputs">The outputs that an answer has.</param>
public sealed record CallerInterface(IReadOnlyList<TensorInfo> Inputs, IReadOnlyList<TensorInfo> Outputs)
{
    /// <summary>Reads the interface of a published version.</summary>
    /// <exception cref="RegistryException">The version, or a feature view that it uses, is not published or can't be read.</exception>
    public static async Task<CallerInterface> ReadAsync(
        ModelRegistry registry, ModelName model, ModelVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var manifest = await registry.ReadManifestAsync(model, version, cancellationToken);
        var published = new PublishedViews(registry.Store);
        var views = new List<ViewDefinition>();
        foreach (var view in manifest.Features?.Views ?? [])
            views.Add(await published.ReadAsync(new ViewId(ViewName.Parse(view.View), view.Version), cancellationToken));
        return From(manifest, views);
    }

    /// <summary>Returns the interface of a version.</summary>
    /// <param name="views">The definitions of all feature views that it uses.</param>
    public static CallerInterface From(Manifest manifest, IEnumerable<ViewDefinition> views)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(views);
        var brought = views.SelectMany(static view => view.Entity.Concat(view.Request)).Select(static named => named.ToTensor());
        var sent = manifest.Inputs.Where(input => input.Name != manifest.Features?.Input);
        return new CallerInterface([.. sent.Concat(brought).DistinctBy(static input => input.Name)], manifest.Outputs);
    }

    /// <summary>Finds what callers of this interface would miss at another version. The other one may accept more shapes, and have more
    /// outputs.</summary>
    /// <param name="other">The other version's interface.</param>
    /// <returns>A clause for each difference, about the other version; empty if it answers every request of this interface.</returns>
    public IReadOnlyList<string> FindMissing(CallerInterface other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return
        [
            .. from input in Inputs
               where Find(other.Inputs, input) is null
               select $"it does not take the input '{input.Name}'",
            .. from input in other.Inputs
               where Find(Inputs, input) is null
               select $"it needs the input {input}",
            .. from input in Inputs
               let theirs = Find(other.Inputs, input)
               where theirs is not null && (theirs.Datatype != input.Datatype || !Covers(theirs.Shape, input.Shape))
               select $"it takes {theirs} instead of {input}",
            .. from output in Outputs
               where Find(other.Outputs, output) is null
               select $"it does not return the output '{output.Name}'",
            .. from output in Outputs
               let theirs = Find(other.Outputs, output)
               where theirs is not null && (theirs.Datatype != output.Datatype || !Covers(output.Shape, theirs.Shape))
               select $"it returns {theirs} instead of {output}",
        ];
    }

    private static TensorInfo? Find(IReadOnlyList<TensorInfo> tensors, TensorInfo named) =>
        tensors.FirstOrDefault(tensor => tensor.Name == named.Name);

    private static bool Covers(IReadOnlyList<long> wide, IReadOnlyList<long> narrow) =>
        wide.Count == narrow.Count && wide.Zip(narrow).All(static pair => pair.First < 0 || pair.First == pair.Second);
}
