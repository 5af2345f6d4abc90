namespace ModelServing.Infra.Tests.Workloads;

/// <summary>A field of a pod whose value a Pod Security Standard does not allow.</summary>
/// <param name="Field">The field, as in <c>spec.containers[0].securityContext.privileged</c>.</param>
/// <param name="Control">The standard's name for the rule.</param>
internal sealed record PodViolation(string Field, string Control);
