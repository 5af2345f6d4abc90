using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>One statement of a policy: within the environment's compartment, the subject may do this with these resources on these
/// conditions.</summary>
/// <param name="Subject"><c>any-user</c>, <c>service NAME</c> or <c>dynamic-group NAME</c>, a group of the default identity domain.</param>
/// <param name="Verb"><c>inspect</c>, <c>read</c>, <c>use</c> or <c>manage</c>.</param>
/// <param name="Resources">A type of resources, as in <c>objects</c>.</param>
/// <param name="Conditions">All of them must hold, as in <c>target.bucket.name='...'</c>. For <c>any-user</c> they must name a
/// principal.</param>
internal sealed record PolicyStatement(Input<string> Subject, string Verb, string Resources, params Input<string>[] Conditions)
{
    /// <summary>The statement as OCI reads it.</summary>
    internal Output<string> In(Input<string> compartmentId) =>
        Output.Tuple(Subject.ToOutput(), compartmentId.ToOutput(), Output.All(Conditions)).Apply(parts =>
        {
            var (subject, compartment, conditions) = parts;
            var where = conditions.Length == 0 ? "" : $" where all {{{string.Join(", ", conditions)}}}";
            return $"Allow {subject} to {Verb} {Resources} in compartment id {compartment}{where}";
        });
}
