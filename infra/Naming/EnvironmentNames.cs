using System.Text.RegularExpressions;
using ModelServing.Contracts;
using Pulumi;

namespace ModelServing.Infra.Naming;

/// <summary>
/// The names and tags of one environment's resources. Each name begins with the project and the environment, so several environments
/// can share a tenancy, and each is checked against a <see cref="NameForm"/>.
/// </summary>
public sealed class EnvironmentNames
{
    /// <summary>The longest name of a project or an environment, in characters.</summary>
    public const int MaxLength = 30;

    private const string Form = "a letter, then a-z and 0-9, with single '-' between";

    /// <param name="project">The name of the Pulumi project.</param>
    /// <param name="environment">The name of the stack.</param>
    /// <exception cref="ArgumentException">One of them cannot be part of every name.</exception>
    public EnvironmentNames(string project, string environment)
    {
        Project = Check(project, "project");
        Environment = Check(environment, "environment");
    }

    public string Project { get; }

    public string Environment { get; }

    /// <summary>The name of <paramref name="what"/>, as in <c>modelserving-dev-nodes</c>.</summary>
    /// <exception cref="ArgumentException">OCI does not accept the name.</exception>
    public string NameOf(string what, NameForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        return form.Check($"{Project}-{Environment}-{what}");
    }

    /// <summary>The name of <paramref name="what"/> as a display name, as in <c>modelserving-dev-vcn</c>.</summary>
    /// <exception cref="ArgumentException">OCI does not accept the name.</exception>
    public string NameOf(string what) => NameOf(what, NameForm.DisplayName);

    /// <summary>The name of <paramref name="what"/> where a name cannot contain '-', as in <c>modelservingdevbastion</c>.</summary>
    /// <exception cref="ArgumentException">OCI does not accept the name.</exception>
    public string CompactNameOf(string what, NameForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        return form.Check($"{Project}{Environment}{what}".Replace("-", "", StringComparison.Ordinal));
    }

    /// <summary>The name of the NoSQL table of <paramref name="what"/>, as in <c>modelserving_dev_journal</c>: a table's name cannot
    /// contain '-'.</summary>
    /// <exception cref="ArgumentException">OCI does not accept the name.</exception>
    public string TableNameOf(string what) => NameForm.Table.Check($"{Project}_{Environment}_{what}".Replace('-', '_'));

    /// <summary>The name of the container repository of <paramref name="image"/>, as in <c>modelserving-dev/router</c>.</summary>
    /// <exception cref="ArgumentException">OCI does not accept the name.</exception>
    public string RepositoryNameOf(string image) => NameForm.Repository.Check(ImageNames.Repository(Project, Environment, image));

    /// <summary>The freeform tags of the resources of <paramref name="component"/>.</summary>
    internal InputMap<string> Tags(string component) => new()
    {
        ["project"] = Project,
        ["environment"] = Environment,
        ["component"] = component,
        ["managed-by"] = "pulumi",
    };

    private static string Check(string name, string what)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, what);
        if (name.Length > MaxLength)
        {
            throw new ArgumentException(
                $"the {what} '{name}' has {name.Length} characters; "
                + $"the limit is {MaxLength}, because every name in the cloud begins with it");
        }

        if (!Regex.IsMatch(name, @"\A[a-z][a-z0-9]*(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant))
            throw new ArgumentException($"the {what} '{name}' cannot begin every name in the cloud; it must be {Form}");
        return name;
    }
}
