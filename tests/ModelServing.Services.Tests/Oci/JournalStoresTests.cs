using ModelServing.Contracts;
using ModelServing.Oci;

namespace ModelServing.Services.Tests.Oci;

public class JournalStoresTests
{
    [Fact]
    public void A_file_needs_no_identity()
    {
        var store = JournalStores.Open("sqlite:/srv/journal.db", null);
        Assert.Equal("sqlite:/srv/journal.db", store.Location);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sqlite:")]
    [InlineData("file:/srv/journal.db")]
    [InlineData("/srv/journal.db")]
    public void A_location_that_names_no_store_is_refused(string location) => Assert.Equal(
        $"the journal is '{location}'; it must be sqlite:PATH, as in sqlite:/srv/journal.db, or nosql:COMPARTMENT-OCID/TABLE",
        Assert.Throws<ContractException>(() => JournalStores.Open(location, null)).Message);

    [Theory]
    [InlineData("nosql:")]
    [InlineData("nosql:ocid1.compartment.oc1..a")]
    [InlineData("nosql:compartment/table")]
    [InlineData("nosql:ocid1.compartment.oc1..a/table; DROP TABLE other")]
    [InlineData("nosql:ocid1.compartment.oc1..a/1table")]
    public void A_location_that_names_no_table_is_refused(string location) => Assert.StartsWith(
        $"the journal is '{location}'; it must be nosql:COMPARTMENT-OCID/TABLE, as in ",
        Assert.Throws<ContractException>(() => JournalStores.Open(location, new OciSettings { Identity = OciIdentity.ConfigFile })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_table_needs_an_identity() => Assert.Contains(
        "but the environment variable MODELSERVING_OCI_IDENTITY is not set",
        Assert.Throws<ContractException>(() => JournalStores.Open("nosql:ocid1.compartment.oc1..a/t", null)).Message,
        StringComparison.Ordinal);
}
