using ModelServing.TestKit.Mutants;

namespace ModelServing.Bench.Soak.Mutants;

/// <summary>What the tests made of a mutation.</summary>
/// <param name="Mutation">The mutation.</param>
/// <param name="NoticedBy">The test that failed; null for none.</param>
/// <param name="Fault">Why the mutation could not be tried; null if it was.</param>
internal sealed record MutantResult(Mutation Mutation, string? NoticedBy, string? Fault = null)
{
    internal bool Survived => NoticedBy is null && Fault is null;

    /// <summary>Whether it is as the list says.</summary>
    internal bool IsExplained => Fault is null && (NoticedBy is not null || Mutation.Survives is not null);
}
