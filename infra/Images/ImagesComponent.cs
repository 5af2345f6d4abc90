using ModelServing.Contracts;
using Pulumi;
using Pulumi.Oci.Artifacts;

namespace ModelServing.Infra.Images;

/// <summary>
/// The container repositories of an environment: private, and immutable, so a tag always names the same image. They are part of the
/// foundation, because a push to a repository that does not exist goes elsewhere.
/// </summary>
public sealed class ImagesComponent : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing, or OCI does not accept a name.</exception>
    public ImagesComponent(string name, ImagesArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Images", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<ImagesArgs>();
        var repositories = new Dictionary<string, Output<string>>(StringComparer.Ordinal);
        foreach (var program in args.Programs)
        {
            var repository = new ContainerRepository($"{name}-{program}", new ContainerRepositoryArgs
            {
                CompartmentId = args.CompartmentId,
                DisplayName = args.Names.RepositoryNameOf(program),
                IsImmutable = true,
                IsPublic = false,
                FreeformTags = args.Names.Tags("images"),
            }, new CustomResourceOptions { Parent = this });
            repositories.Add(program, Output.Format($"{ImageNames.HostOf(args.Region)}/{repository.Namespace}/{repository.DisplayName}"));
        }

        Repositories = repositories;
        RegisterOutputs(repositories.ToDictionary(r => r.Key, object? (r) => r.Value));
    }

    /// <summary>The repository of each program's image, without tag or digest, as in
    /// <c>ocir.eu-frankfurt-1.oci.oraclecloud.com/NAMESPACE/modelserving-dev/router</c>.</summary>
    public IReadOnlyDictionary<string, Output<string>> Repositories { get; }
}
