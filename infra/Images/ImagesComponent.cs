using ModelServing.Contracts;
using Pulumi;
using Pulumi.Oci.Artifacts;

namespace ModelServing.Infra.Images;

/// <summary>
/// The container repositories of an environment: private, and immutable, so that what a tag once named it names for ever. They are
/// part of the foundation: a push to a repository that does not exist lands elsewhere.
/// </summary>
public sealed class ImagesComponent : ComponentResource
{
    /// <summary>Makes the repositories.</summary>
    /// <exception cref="ArgumentException">An argument is missing, or a name is past OCI's limit.</exception>
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
                DisplayName = args.Names.OfRepository(program),
                IsImmutable = true,
                IsPublic = false,
                FreeformTags = args.Names.Tags("images"),
            }, new CustomResourceOptions { Parent = this });
            repositories.Add(program, Output.Format($"{ImageNames.HostOf(args.Region)}/{repository.Namespace}/{repository.DisplayName}"));
        }

        Repositories = repositories;
        RegisterOutputs(repositories.ToDictionary(r => r.Key, object? (r) => r.Value));
    }

    /// <summary>Where the image of each program is pushed to and pulled from, without tag or digest, as in
    /// <c>ocir.eu-frankfurt-1.oci.oraclecloud.com/NAMESPACE/modelserving-dev/router</c>.</summary>
    public IReadOnlyDictionary<string, Output<string>> Repositories { get; }
}
