using System.Net;
using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Oci.Rest;
using static ModelServing.Cli.Doctor.StackQuestions;

namespace ModelServing.Cli.Doctor;

/// <summary>Whether the names that an apply gives are free. A resource whose tags say that this stack made it does not block it.</summary>
internal static class NamesQuestion
{
    private const int MostNamed = 3;

    internal static async Task<IReadOnlyList<Finding>> AskAsync(StackQuestions stack, CancellationToken cancellation)
    {
        var repositories = stack.Prefix + "/";
        var tables = $"{stack.Prefix}_".Replace('-', '_');
        return
        [
            await BucketAsync(stack, cancellation),
            await ListAsync("repositories", RestService.ContainerRegistry,
                $"/20160918/container/repositories?{stack.InTenancy}&compartmentIdInSubtree=true", "displayName", repositories),
            await ListAsync("tables", RestService.Nosql, $"/20190828/tables?{stack.InCompartment}", "name", tables),
            await ListAsync("topics", RestService.Notifications, $"/20181201/topics?{stack.InCompartment}", "name", stack.Prefix + "-"),
            await ListAsync("policies", RestService.Identity, $"/20160918/policies?{stack.InCompartment}", "name", stack.Prefix + "-"),
            await ListAsync(
                "dynamic groups", RestService.Identity, $"/20160918/dynamicGroups?{stack.InTenancy}", "name", stack.Prefix + "-"),
            .. stack.Cloud.Costs.TagNamespace is { } tags ? (Finding[])[await TagsAsync(stack, tags, cancellation)] : [],
            Finding.Note(
                "names of topics", "topics of other compartments can't be seen from here, and a topic's name is unique in the tenancy"),
        ];

        async Task<Finding> ListAsync(string kind, RestService service, string target, string member, string prefix)
        {
            var (items, last) = await stack.Rest.ListAsync(service, target, cancellation);
            if (!last.IsSuccess)
                return Finding.Unasked($"names of {kind}", last.Problem);
            var named = items.Where(item => TextOf(item, member)?.StartsWith(prefix, StringComparison.Ordinal) is true).ToList();
            string[] taken = [.. named.Where(item => !stack.IsOwn(item)).Select(item => TextOf(item, member)!)];
            return taken.Length == 0
                ? Finding.Good($"names of {kind}", named.Count == 0 ? $"no name begins with {prefix}" : $"{named.Count} are this stack's")
                : Finding.Wrong(
                    $"names of {kind}",
                    $"{taken.Length} begin with {prefix} and were not made by this stack: {string.Join(", ", taken.Take(MostNamed))}"
                        + (taken.Length > MostNamed ? ", ..." : ""),
                    "rename or delete them, or choose another stack name");
        }
    }

    // One stack of a tenancy makes the tags, and the others use them.
    private static async Task<Finding> TagsAsync(StackQuestions stack, string name, CancellationToken cancellation)
    {
        const string Check = "tags for costs";
        var (spaces, last) = await stack.Rest.ListAsync(
            RestService.Identity, $"/20160918/tagNamespaces?{stack.InTenancy}&includeSubcompartments=true", cancellation);
        if (!last.IsSuccess)
            return Finding.Unasked(Check, last.Problem);
        var found = spaces.FirstOrDefault(space => string.Equals(TextOf(space, "name"), name, StringComparison.OrdinalIgnoreCase));
        return (found, stack.Cloud.Costs.CreateTags) switch
        {
            (null, false) => Finding.Wrong(
                Check,
                $"the tenancy has no tag namespace {name}, or the identity may not see it; one stack of the tenancy makes it",
                stack.Set("costs.createTags", "true")),
            ({ } space, true) when !stack.IsOwn(space) => Finding.Wrong(
                Check, $"the tag namespace {name} exists and was not made by this stack", stack.Set("costs.createTags", "false")),
            (null, true) => Finding.Good(Check, $"no tag namespace has the name {name}"),
            _ => Finding.Good(Check, $"the tag namespace {name} exists"),
        };
    }

    private static async Task<Finding> BucketAsync(StackQuestions stack, CancellationToken cancellation)
    {
        const string Check = "name of the bucket";
        var bucket = BucketName.From(BucketName.Project, stack.Stack.Name);
        var (name, problem) = await stack.SpaceAsync(cancellation);
        if (name is null)
            return Finding.Unasked(Check, problem);
        var answer = await stack.Rest.GetAsync(
            RestService.ObjectStorage, $"/n/{Uri.EscapeDataString(name)}/b/{Uri.EscapeDataString(bucket)}", cancellation);
        return answer switch
        {
            { IsSuccess: true, Body: JsonObject body } when stack.IsOwn(body) => Finding.Good(Check, $"{bucket} is this stack's"),
            { IsSuccess: true } => Finding.Wrong(
                Check,
                $"{bucket} exists in the namespace {name} and was not made by this stack",
                $"oci os bucket delete --bucket-name {bucket}   (if nothing uses it), or choose another stack name"),
            { Status: HttpStatusCode.NotFound, Code: "BucketNotFound" } =>
                Finding.Good(Check, $"{bucket} is free, or the identity may not see it"),
            _ => Finding.Unasked(Check, answer.Problem),
        };
    }
}
