using System.Text.RegularExpressions;
using ModelServing.Contracts;

namespace ModelServing.Cli.Images;

/// <summary>The destination of a stack's images: the repositories that infra/ creates.</summary>
/// <param name="Host">The registry.</param>
/// <param name="Space">The tenancy's namespace.</param>
internal sealed partial record ImageDestination(string Host, string Space, string Stack)
{
    /// <summary>Reads <c>HOST/NAMESPACE</c>.</summary>
    /// <exception cref="CommandException">The text is invalid, or the stack's name can't be part of a repository's name.</exception>
    internal static ImageDestination Parse(string text, string stack) => Form().Match(text) is { Success: true } match
        ? new ImageDestination(match.Groups[1].Value, match.Groups[2].Value, stack).Checked()
        : throw new CommandException(
            ExitCode.WrongInput,
            $"--registry: '{text}' is not HOST/NAMESPACE, as in {ImageNames.HostOf("eu-frankfurt-1")}/mytenancy");

    /// <summary>The registry of a region. User names there begin with the tenancy's namespace, so the login has it.</summary>
    /// <exception cref="CommandException">There is no login, it has no namespace, or the stack's name can't be part of a repository's
    /// name.</exception>
    internal static ImageDestination From(string region, ContainerRegistryLogin? login, string stack)
    {
        var host = ImageNames.HostOf(region);
        if (login is null)
        {
            throw new CommandException(
                ExitCode.WrongInput,
                $"there is no login for {host}; run: docker login {host}, with NAMESPACE/USER and an auth token, or set " +
                    $"DOTNET_CONTAINER_PUSH_REGISTRY_UNAME and _PWORD");
        }

        return login.User.Split('/') is [{ Length: > 0 } space, _, ..]
            ? new ImageDestination(host, space, stack).Checked()
            : throw new CommandException(
                ExitCode.WrongInput,
                $"the user name of the login {login} does not begin with the tenancy's namespace (NAMESPACE/USER); name it with " +
                    $"--registry {host}/NAMESPACE");
    }

    /// <summary>The repository of an image, without the host.</summary>
    internal string RepositoryOf(string image) => $"{Space}/{ImageNames.Repository(BucketName.Project, Stack, image)}";

    private ImageDestination Checked()
    {
        try
        {
            _ = ImageNames.Repository(BucketName.Project, Stack, ImageNames.Router);
            return this;
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ExitCode.WrongInput, $"--stack: {e.Message.Split('\n')[0]}");
        }
    }

    [GeneratedRegex(@"\A([A-Za-z0-9.-]+(?::[0-9]{1,5})?)/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)\z", RegexOptions.ECMAScript)]
    private static partial Regex Form();
}
