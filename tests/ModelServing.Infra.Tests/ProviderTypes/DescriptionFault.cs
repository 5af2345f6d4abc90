namespace ModelServing.Infra.Tests.ProviderTypes;

/// <summary>A mistake in the description of the double of OCI's provider, and the compiler's error.</summary>
/// <param name="Name">A description of the mistake, which is also the name of its file.</param>
/// <param name="Block">The block that contains it.</param>
/// <param name="Line">The correct line.</param>
/// <param name="Wrong">The wrong line that replaces it.</param>
/// <param name="Error">A part of the compiler's error.</param>
internal sealed record DescriptionFault(string Name, string Block, string Line, string Wrong, string Error)
{
    internal static readonly IReadOnlyList<DescriptionFault> All =
    [
        new(
            "described-misspelt",
            "Core.Vcn",
            "  dnsLabel string\n",
            "  dnsLabl string\n",
            "\"dnsLabl\"' does not satisfy the constraint 'never'"),
        new(
            "described-as-another-type",
            "ApiGateway.DeploymentSpecificationRequestPoliciesRateLimiting",
            "  rateInRequestsPerSecond int *\n",
            "  rateInRequestsPerSecond string *\n",
            "Type 'string' is not assignable to type 'Input<number>'"),
        new(
            "described-as-one-of-a-list",
            "Core.Vcn",
            "  cidrBlocks string[]\n",
            "  cidrBlocks string\n",
            "Type 'string' is not assignable to type 'Input<Input<string>[] | undefined>'"),
        new(
            "described-as-optional",
            "Core.Vcn",
            "  compartmentId string *\n",
            "  compartmentId string\n",
            "Types of property 'compartmentId' are incompatible"),
        new(
            "described-as-required",
            "Core.Vcn",
            "  displayName string\n",
            "  displayName string *\n",
            "\"displayName\"' does not satisfy the constraint 'never'"),
        new("described-without-what-is-required", "Core.Vcn", "  compartmentId string *\n", "", "Property 'compartmentId' is missing"),
        new(
            "described-with-an-unknown-result",
            "Core.Vcn",
            "  vcnDomainName string out\n",
            "  vcnDomain string out\n",
            "\"vcnDomain\"' does not satisfy the constraint 'never'"),
        new(
            "described-with-a-result-of-another-type",
            "Core.Vcn",
            "  vcnDomainName string out\n",
            "  vcnDomainName bool out\n",
            "Type 'string' is not assignable to type 'boolean'"),
        new(
            "described-with-a-result-that-may-be-absent",
            "ContainerEngine.GetClusterKubeConfig",
            "  tokenVersion string ? out\n",
            "  tokenVersion string out\n",
            "Types of property 'tokenVersion' are incompatible"),
    ];

    /// <summary>The description with the mistake.</summary>
    internal string In(string description)
    {
        var start = description.IndexOf($" {Block} ", StringComparison.Ordinal) is >= 0 and var resource
            ? resource
            : description.IndexOf($" {Block}\n", StringComparison.Ordinal);
        var at = start < 0 ? -1 : description.IndexOf(Line, start, StringComparison.Ordinal);
        return at < 0
            ? throw new InvalidOperationException($"{Block} has no line '{Line.Trim()}'")
            : description[..at] + Wrong + description[(at + Line.Length)..];
    }
}
