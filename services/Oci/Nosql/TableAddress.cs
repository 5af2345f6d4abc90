using System.Text.RegularExpressions;
using ModelServing.Contracts;

namespace ModelServing.Oci.Nosql;

/// <summary>A NoSQL table, as the setting <c>nosql:COMPARTMENT/TABLE</c> names it.</summary>
/// <param name="Compartment">The compartment's OCID.</param>
/// <param name="Name">The table's name. It becomes part of a SQL statement, so it consists of letters, digits and '_' only.</param>
internal sealed partial record TableAddress(string Compartment, string Name)
{
    /// <param name="location">The setting.</param>
    /// <param name="what">What the table is for, for the message.</param>
    /// <exception cref="ContractException">The text does not name a table.</exception>
    internal static TableAddress Parse(string location, string what) => Form.Match(location) is { Success: true } match
        ? new TableAddress(match.Groups["compartment"].Value, match.Groups["name"].Value)
        : throw new ContractException(
            $"the {what} is '{location}'; it must be {HostSources.NosqlScheme}COMPARTMENT-OCID/TABLE, "
            + "as in nosql:ocid1.compartment.oc1..example/modelserving_prod_journal");

    /// <summary>The address in the form of the setting.</summary>
    public override string ToString() => HostSources.Nosql(Compartment, Name);

    [GeneratedRegex(@"\Anosql:(?<compartment>ocid1\.[A-Za-z0-9._-]{1,250})/(?<name>[A-Za-z][A-Za-z0-9_]{0,255})\z")]
    private static partial Regex Form { get; }
}
