using ModelServing.Contracts;

namespace ModelServing.Infra.Identity;

/// <summary>One of the policies about the pods of Inference. Their rights are divided into several, because OCI accepts 50 statements in
/// a policy.</summary>
/// <param name="Name">The policy's name.</param>
/// <param name="Readers">Who reads which artifacts: a statement for each.</param>
/// <param name="Accounts">The service accounts that write predictions: three statements for all of them.</param>
internal sealed record InferencePolicy(string Name, IReadOnlyList<ArtifactReader> Readers, IReadOnlyList<string> Accounts)
{
    /// <summary>The most readers of a policy, and the most accounts.</summary>
    internal const int Most = 47;

    // A statement about a pool has at most as many conditions as one about the accounts, with one for the views' definitions.
    private const int MostModels = Most - 1;

    /// <summary>Divides them.</summary>
    /// <param name="models">All models.</param>
    /// <param name="pools">The models of each pool. The others have pods of their own.</param>
    internal static IEnumerable<InferencePolicy> For(
        IReadOnlyList<ModelName> models, IReadOnlyList<(ModelName Name, IReadOnlyList<ModelName> Models)> pools)
    {
        var pooled = pools.SelectMany(static pool => pool.Models).ToHashSet();
        var readers = models.Where(model => !pooled.Contains(model)).Order()
            .Select(static model => new ArtifactReader(ClusterNames.InferenceOf(model), [model]))
            .Concat(pools.OrderBy(static pool => pool.Name).SelectMany(static pool =>
                pool.Models.Order().Chunk(MostModels).Select(part => new ArtifactReader(ClusterNames.ModelPoolOf(pool.Name), part))))
            .Chunk(Most)
            .ToList();
        // The pods that a model had before it joined a pool ship their last records when they end, after this policy has changed.
        return models.Order().Select(ClusterNames.InferenceOf)
            .Concat(pools.Select(static pool => pool.Name).Order().Select(ClusterNames.ModelPoolOf))
            .Chunk(Most)
            .Select((accounts, index) => new InferencePolicy(
                index == 0 ? ClusterNames.Inference : $"{ClusterNames.Inference}-{index + 1}",
                index < readers.Count ? readers[index] : [],
                accounts));
    }
}
